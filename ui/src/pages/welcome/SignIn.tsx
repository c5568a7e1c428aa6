import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { forgetMe } from "@/data/me";
import { Button, TextField } from "@/design";

export function SignIn() {
  const [key, setKey] = useState("");
  const queries = useQueryClient();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        sessionStorage.setItem("key", key);
        forgetMe(queries);
      }}
    >
      <TextField label="API key" value={key} onChange={(event) => setKey(event.target.value)} />
      <Button look="primary" type="submit">
        Sign in
      </Button>
    </form>
  );
}
