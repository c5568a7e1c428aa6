import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { OrganizationView } from "@/api";
import {
  getOrganizationOptions,
  getOrganizationQueryKey,
  renameOrganizationMutation,
} from "@/api/@tanstack/react-query.gen";
import { meQuery, useMay } from "@/data/me";
import { Answered, Button, CopyButton, Facts, Moment, Mono, Panel, Problem, TextField, tell } from "@/design";
import { count } from "@/format/numbers";
import css from "./settings.module.css";

/** Whose data this is. */
export function OrganizationTab() {
  const organization = useQuery(getOrganizationOptions());
  const administers = useMay("admin");
  return (
    <Answered query={organization} height="12rem">
      {({ data }) => (
        <>
          <Panel title="Organisation">
            <Facts
              rows={[
                ["Name", data.name],
                [
                  "Id",
                  <span key="id" className={css.line}>
                    <Mono>{data.id}</Mono>
                    <CopyButton text={data.id} label="Copy the id" />
                  </span>,
                ],
                ["Made", <Moment key="made" at={data.created_at} />],
                ["Members", count(data.counts.members)],
                ["API keys that work", count(data.counts.keys)],
              ]}
            />
          </Panel>
          {administers && <Rename key={data.name} organization={data} />}
        </>
      )}
    </Answered>
  );
}

function Rename({ organization }: { organization: OrganizationView }) {
  const [name, setName] = useState(organization.name);
  const queries = useQueryClient();
  const rename = useMutation({
    ...renameOrganizationMutation(),
    onSuccess: (told) => {
      tell.done("The organisation has another name");
      queries.setQueryData(getOrganizationQueryKey(), told);
      return queries.invalidateQueries({ queryKey: meQuery().queryKey });
    },
  });
  const changed = name.trim() !== "" && name !== organization.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) rename.mutate({ body: { name } });
  };
  return (
    <Panel title="Rename">
      <form className={css.form} onSubmit={submit}>
        <TextField
          label="Name"
          help="The command line knows the organisation by it, too. No two of an installation have the same."
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {rename.error && <Problem error={rename.error} />}
        <div className={css.deeds}>
          <Button type="submit" disabled={!changed || rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Panel>
  );
}
