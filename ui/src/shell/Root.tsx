import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { isSignedOut, meQuery } from "@/data/me";
import { Problem } from "@/design";
import { SignIn } from "@/pages/welcome/SignIn";
import { Waiting } from "./Fallbacks";

/** The outermost of all pages: whoever is not signed in is asked to, wherever they came. */
export function Root() {
  const me = useQuery(meQuery());
  if (me.data) return <Outlet />;
  if (isSignedOut(me.error)) return <SignIn />;
  return me.error ? <Problem error={me.error} onRetry={me.refetch} /> : <Waiting />;
}
