import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signInMutation } from "@/api/@tanstack/react-query.gen";
import { meQuery } from "@/data/me";
import { Button, Problem, Segments, TextField } from "@/design";
import { Logo } from "@/shell/Logo";
import css from "./welcome.module.css";

type Way = "key" | "password";

/** Where everybody comes in: with an API key of the server, or with a name and a password. */
export function SignIn() {
  const [way, setWay] = useState<Way>("key");
  const [key, setKey] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const signIn = useMutation({
    ...signInMutation(),
    meta: { asksWhoIsSignedIn: true },
    onSuccess: (me) => queries.setQueryData(meQuery().queryKey, me),
  });
  const ready = way === "key" ? key.trim() !== "" : name.trim() !== "" && password !== "";
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (ready) signIn.mutate({ body: way === "key" ? { key: key.trim() } : { name: name.trim(), password } });
  };
  return (
    <main className={css.gate}>
      <form className={css.card} onSubmit={submit}>
        <header className={css.brand}>
          <Logo />
          <h1>Helicorder</h1>
        </header>
        <Segments
          label="How to sign in"
          value={way}
          options={[
            { value: "key", label: "API key" },
            { value: "password", label: "Name and password" },
          ]}
          onChange={setWay}
        />
        {way === "key" ? (
          <TextField
            label="API key"
            help="The server printed one at its first start; helicorder keys create makes others."
            type="password"
            name="key"
            autoComplete="off"
            autoFocus
            placeholder="sk-helicone-…"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        ) : (
          <>
            <TextField
              label="Name"
              name="username"
              autoComplete="username"
              autoFocus
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <TextField
              label="Password"
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </>
        )}
        {signIn.error && <Problem error={signIn.error} />}
        <Button look="primary" type="submit" disabled={!ready || signIn.isPending}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </main>
  );
}
