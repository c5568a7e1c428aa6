import { useNavigate, useSearch } from "@tanstack/react-router";
import { Sheet, SheetClose } from "@/design";
import type { RequestsSearch, Tab } from "../search";
import { CallDetail } from "./CallDetail";
import { DetailHead } from "./DetailHead";
import css from "./detail.module.css";

/** One request beside the table, which stays in sight and in reach. */
export function CallSheet(props: { onClose: () => void; onPrevious?: () => void; onNext?: () => void }) {
  const { onClose, onPrevious, onNext } = props;
  const { open, at, tab = "chat", search }: RequestsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const show = (chosen: Tab) =>
    void navigate({
      to: ".",
      replace: true,
      search: (kept) => ({ ...kept, tab: chosen === "chat" ? undefined : chosen }),
    });
  return (
    <Sheet open={open !== undefined} onOpenChange={(to) => !to && onClose()} label="Request">
      {open !== undefined && (
        <div className={css.sheet} key={`${at} ${open}`}>
          <CallDetail
            requestId={open}
            at={at}
            tab={tab}
            onTab={show}
            search={search}
            head={(call) => (
              <DetailHead requestId={open} call={call} onPrevious={onPrevious} onNext={onNext} close={<SheetClose />} />
            )}
          />
        </div>
      )}
    </Sheet>
  );
}
