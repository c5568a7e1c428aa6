import type { AnnotatorPair, QueueDetail, ScoreAgreement } from "@/api";
import { Panel, Table, Trust } from "@/design";
import { percent } from "@/format/numbers";
import { oneLine } from "@/format/texts";
import { nameOf } from "../../requests/scores/values";
import { ofMeasure } from "../../scores/figures/trust";
import css from "../queues.module.css";

/** How far annotators agree on what several of them judged. */
export function AgreementPanel({ queue: { agreement, per_item: perItem } }: { queue: QueueDetail }) {
  const known = agreement.filter(({ alpha, pairs }) => (alpha.n ?? 0) > 0 || pairs.length > 0);
  return (
    <Panel title="Agreement" note="on the calls that two or more judged, each weighed by how it was drawn">
      {known.length === 0 ? (
        <p className={css.quiet}>
          {perItem === 1
            ? "One person was asked of each call, so there is nothing to compare. Ask several when you draw the next queue."
            : "No call has been judged by two people yet."}
        </p>
      ) : (
        <div className={css.stack}>
          {known.map((one) => (
            <OfScore key={one.name} agreement={one} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function OfScore({ agreement: { name, alpha, pairs, scale } }: { agreement: ScoreAgreement }) {
  return (
    <section className={css.stack} aria-label={nameOf(name)}>
      <div>
        <h3>
          <bdi>{oneLine(nameOf(name))}</bdi>
        </h3>
        <p>
          Krippendorff’s alpha <Trust of={ofMeasure(alpha)} /> <span className={css.quiet}>{scale} scale</span>
        </p>
        {alpha.reason && <p className={css.quiet}>{alpha.reason}</p>}
      </div>
      {pairs.length > 0 && (
        <Table<AnnotatorPair>
          label={`Pairs of annotators, ${nameOf(name)}`}
          rows={pairs}
          keyOf={({ annotators }) => annotators.join(" ")}
          columns={[
            { key: "who", title: "Annotators", cell: ({ annotators }) => annotators.map(oneLine).join(" and ") },
            {
              key: "observed",
              title: "Said the same",
              cell: ({ observed }) => <Trust of={ofMeasure(observed)} write={percent} />,
            },
            { key: "kappa", title: "Cohen’s kappa", cell: ({ kappa }) => <Trust of={ofMeasure(kappa)} /> },
          ]}
        />
      )}
    </section>
  );
}
