/** Everything wired: the cache of answers, the routes, hints and toasts. */

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { makeQueryClient } from "@/data/client";
import { forgetMe } from "@/data/me";
import { Toasts } from "@/design";
import { makeRouter } from "./routes";

const queries = makeQueryClient(() => forgetMe(queries));
const router = makeRouter(queries);

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

export function App() {
  return (
    // The page's policy takes no inline style elements: what they would say stands in our style sheets.
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queries}>
        <Tooltip.Provider delay={400}>
          <Toasts>
            <RouterProvider router={router} />
          </Toasts>
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
