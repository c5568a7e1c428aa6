import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Definition } from "@/api";
import { deleteDefinitionMutation } from "@/api/@tanstack/react-query.gen";
import { useMay } from "@/data/me";
import { Answered, Badge, Button, Confirm, Empty, IconButton, Page, Panel, Table, tell } from "@/design";
import { score } from "@/format/numbers";
import { KindBadge } from "../parts/Facets";
import { isCounted, useScores } from "../selection";
import { ARROWS, DIRECTIONS } from "../words";
import { DefinitionDialog } from "./DefinitionDialog";
import css from "./definitions.module.css";

const route = getRouteApi("/shell/definitions");

/** What scores mean: their kinds, their values, which way is better, and whether what does not fit is refused. */
export function DefinitionsPage() {
  const { edit } = route.useSearch();
  const navigate = route.useNavigate();
  const scores = useScores();
  const mayWrite = useMay("write");
  const open = (name: string | undefined) =>
    void navigate({ search: (kept) => ({ ...kept, edit: name }), resetScroll: false });
  return (
    <Page
      title="Definitions"
      lead="What a score means: its kind, its values, which way is better. A strict one refuses what does not fit before it is acknowledged."
      actions={
        mayWrite && (
          <Button look="primary" onClick={() => open("")}>
            <Plus aria-hidden />
            Define a score
          </Button>
        )
      }
    >
      <Answered query={scores}>
        {({ data }) => (
          <>
            <List definitions={data} onEdit={open} />
            {mayWrite && edit !== undefined && (
              <DefinitionDialog key={edit} name={edit} known={data} onClose={() => open(undefined)} />
            )}
          </>
        )}
      </Answered>
    </Page>
  );
}

function List({ definitions, onEdit }: { definitions: readonly Definition[]; onEdit: (name: string) => void }) {
  const [doomed, setDoomed] = useState<Definition | null>(null);
  if (definitions.length === 0) {
    return (
      <Empty title="Nothing is defined, and there are no scores yet">
        <p>A score needs no definition: one that is sent is kept. Define it to say which way is better.</p>
      </Empty>
    );
  }
  return (
    <Panel flush>
      <Table
        label="Definitions"
        rows={definitions}
        keyOf={({ name }) => name}
        columns={[
          {
            key: "name",
            title: "Score",
            cell: ({ name, description }) => (
              <div className={css.name}>
                <Link to="/scores/$name" params={{ name }}>
                  {name}
                </Link>
                {description && <span>{description}</span>}
              </div>
            ),
          },
          { key: "kind", title: "Kind", cell: ({ kind }) => <KindBadge kind={kind} /> },
          { key: "values", title: "Values", cell: (one) => <Values definition={one} /> },
          { key: "direction", title: "Better", cell: directionOf },
          { key: "strict", title: "What does not fit", cell: strictness },
          {
            key: "deeds",
            title: <span className="visually-hidden">Edit and delete</span>,
            align: "end",
            cell: (one) => <Deeds definition={one} onEdit={onEdit} onDelete={setDoomed} />,
          },
        ]}
      />
      <Removal doomed={doomed} onClose={() => setDoomed(null)} />
    </Panel>
  );
}

interface DeedsProps {
  definition: Definition;
  onEdit: (name: string) => void;
  onDelete: (definition: Definition) => void;
}

function Deeds({ definition, onEdit, onDelete }: DeedsProps) {
  const { name, inferred } = definition;
  const mayWrite = useMay("write");
  if (!mayWrite) return null;
  if (inferred) return <Button onClick={() => onEdit(name)}>Define</Button>;
  return (
    <span className={css.deeds}>
      <IconButton label={`Edit ${name}`} onClick={() => onEdit(name)}>
        <Pencil />
      </IconButton>
      <IconButton label={`Delete the definition of ${name}`} onClick={() => onDelete(definition)}>
        <Trash2 />
      </IconButton>
    </span>
  );
}

function Values({ definition: { kind, minimum, maximum, categories = [], inferred } }: { definition: Definition }) {
  if (kind === "boolean") return <>yes, no</>;
  if (kind === "numeric") {
    if (minimum == null && maximum == null) return <>any number</>;
    const range = `${minimum == null ? "any" : score(minimum)} to ${maximum == null ? "any" : score(maximum)}`;
    return <>{inferred ? `seen: ${range}` : range}</>;
  }
  if (kind !== "categorical") return <>any words</>;
  if (categories.length === 0) return <>any category</>;
  return (
    <span className={css.categories}>
      {categories.slice(0, SHOWN).map((category) => (
        <Badge key={category}>{category}</Badge>
      ))}
      {categories.length > SHOWN && <span>and {categories.length - SHOWN} more</span>}
    </span>
  );
}

const SHOWN = 6;

function directionOf({ kind, direction = "higher", inferred }: Definition) {
  if (!isCounted(kind)) return "–";
  return inferred ? `${DIRECTIONS.higher}, unless defined otherwise` : `${ARROWS[direction]} ${DIRECTIONS[direction]}`;
}

function strictness({ strict = false, inferred }: Definition) {
  if (inferred) return <Badge>not defined</Badge>;
  return strict ? <Badge tone="warn">is refused</Badge> : "is kept";
}

function Removal({ doomed, onClose }: { doomed: Definition | null; onClose: () => void }) {
  const queries = useQueryClient();
  const removal = useMutation({
    ...deleteDefinitionMutation(),
    onSuccess: () => {
      tell.done("The definition is gone; its scores stay as they are");
      return queries.invalidateQueries();
    },
    onError: tell.problem,
  });
  return (
    <Confirm
      open={doomed !== null}
      onOpenChange={(is) => !is && onClose()}
      title={`Define ${doomed?.name ?? ""} no longer?`}
      text="Its scores stay as they are, and new ones are kept whatever they look like."
      deed="Delete the definition"
      danger
      onConfirm={() => doomed && removal.mutate({ path: { name: doomed.name } })}
    />
  );
}
