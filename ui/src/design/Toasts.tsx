import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./Button";
import css from "./controls.module.css";

const manager = Toast.createToastManager();

/** Tells that a thing was done, or that it was not, in the corner of the page. */
export const tell = {
  done: (title: string) => manager.add({ title, type: "done" }),
  problem: (error: unknown) =>
    manager.add({
      title: error instanceof Error ? error.message : String(error),
      type: "problem",
      priority: "high",
      timeout: 10_000,
    }),
};

export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} timeout={4000}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={css.toasts}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={css.toast} data-type={toast.type}>
      <Toast.Content className={css.toastText}>
        <Toast.Title />
        <Toast.Description />
      </Toast.Content>
      <Toast.Close
        render={
          <IconButton label="Dismiss">
            <X />
          </IconButton>
        }
      />
    </Toast.Root>
  ));
}
