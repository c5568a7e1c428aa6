import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { planLabelsOptions, queryCallsOptions } from "@/api/@tanstack/react-query.gen";
import { Answered, Note, Stat } from "@/design";
import { count, percent, signed } from "@/format/numbers";
import css from "../queues.module.css";
import { bodyOf, type Calls, type Draft, judgeOf } from "./draft";

interface PreviewProps {
  draft: Draft;
  calls: Calls;
}

/** What a draw would be of, before it is made. */
export function Preview({ draft, calls }: PreviewProps) {
  const size = Number(draft.size);
  if (!Number.isInteger(size) || size < 1) return null;
  if (draft.how === "uniform") return <Evenly calls={calls} size={size} />;
  return draft.scores.length === 0 ? (
    <p className={css.quiet}>Choose the score whose judge is to be checked.</p>
  ) : (
    <Uncertain draft={draft} calls={calls} size={size} />
  );
}

function Evenly({ calls, size }: { calls: Calls; size: number }) {
  const body = { ...calls, limit: 1, previews: false, count: true };
  const counted = useQuery({ ...queryCallsOptions({ body }), placeholderData: keepPreviousData });
  return (
    <Answered query={counted} height="6rem">
      {({ data: { count: all } }) =>
        all === 0 ? (
          <Note>No call of this time fits the filter.</Note>
        ) : (
          <div className={css.stack}>
            <Stat label="Calls that fit" value={count(all)} />
            <Stat
              label="Each is drawn with probability"
              value={percent(all == null ? null : Math.min(1, size / all))}
              note="a little more where some have labels of people already: those are left out"
            />
          </div>
        )
      }
    </Answered>
  );
}

function Uncertain({ draft, calls, size }: PreviewProps & { size: number }) {
  const { name, ...judge } = judgeOf(draft);
  // Without a seed the draw is another one, of the same plan.
  const seed = bodyOf(draft, calls)?.seed ?? 0;
  const body = {
    ...calls,
    name: name ?? "",
    judge: hasSomebody(judge) ? judge : null,
    budget: size,
    by: draft.by,
    seed,
  };
  const plan = useQuery({ ...planLabelsOptions({ body }), placeholderData: keepPreviousData });
  return (
    <Answered query={plan} height="8rem">
      {({ data: { items, waiting, expected_half_width: width, warning, strata } }) => (
        <div className={css.stack}>
          {strata.length > 0 && (
            <>
              <Stat
                label="Drawn"
                value={`about ${count(items.length)}`}
                note={`of ${count(waiting)} that wait for a label`}
              />
              <Stat
                label="The corrected mean would reach"
                value={width == null ? "–" : signed(width).replace("+", "± ")}
                note="expected half width of its interval"
              />
            </>
          )}
          {warning && <Note>{warning}</Note>}
        </div>
      )}
    </Answered>
  );
}

function hasSomebody({ sources = [], authors = [] }: { sources?: unknown[]; authors?: unknown[] }): boolean {
  return sources.length + authors.length > 0;
}
