import { Dialog, Kbd } from "@/design";
import css from "./page.module.css";

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [["j", "↓"], "The next request"],
  [["k", "↑"], "The one before"],
  [["Enter"], "Open it"],
  [["Esc"], "Close it"],
  [["s"], "Score the open request"],
  [["+"], "Thumbs up"],
  [["-"], "Thumbs down"],
  [["1", "2", "3"], "Chat, raw, scores"],
  [["/"], "Search in requests and responses"],
  [["f"], "Add a filter"],
  [["l"], "Watch new requests come in"],
  [["Alt ←", "Alt →"], "On a column's title: change its place"],
  [["?"], "These keys"],
];

export function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys">
      <dl className={css.keys}>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
