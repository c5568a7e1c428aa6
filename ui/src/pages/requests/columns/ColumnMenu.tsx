import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { useState } from "react";
import { listDefinitionsOptions } from "@/api/@tanstack/react-query.gen";
import { Button, Checkbox, IconButton, Popover, TextInput } from "@/design";
import { usePropertyNames } from "@/filter/suggestions";
import { shown } from "@/format/texts";
import { nameOf } from "../scores/values";
import { COLUMNS, columnFor } from "./catalogue";
import { hasColumn, idOf, moved, PROPERTY, SCORE, toggled, USUAL } from "./choice";
import css from "./columns.module.css";
import type { Columns } from "./useColumns";

/** Which columns there are, and in which order: facts, a column for every score, one for every property. */
export function ColumnMenu({ columns }: { columns: Columns }) {
  return (
    <Popover
      label="Columns"
      trigger={
        <Button>
          <Columns3 aria-hidden />
          Columns
        </Button>
      }
    >
      <Chooser columns={columns} />
    </Popover>
  );
}

interface Offer {
  id: string;
  title: string;
}

function Chooser({ columns: { choices, put } }: { columns: Columns }) {
  const [sought, setSought] = useState("");
  const groups = useOffers();
  const fits = ({ title }: Offer) => title.toLowerCase().includes(sought.trim().toLowerCase());
  const chosen = choices.flatMap((choice) => {
    const column = columnFor(idOf(choice));
    return column ? [{ id: column.id, title: column.title }] : [];
  });
  return (
    <div className={css.chooser}>
      <TextInput
        aria-label="Find a column"
        placeholder="Find a column"
        value={sought}
        onChange={(event) => setSought(event.target.value)}
      />
      <div className={css.lists}>
        <section aria-label="Shown">
          <h3 className={css.label}>Shown</h3>
          <ul>
            {chosen.map((column, place) => (
              <li key={column.id} className={css.choice} hidden={!fits(column)}>
                <Checkbox
                  checked
                  onChange={() => put(toggled(choices, column.id))}
                  label={<Title>{column.title}</Title>}
                />
                <IconButton
                  label={`Move ${shown(column.title)} up`}
                  disabled={place === 0}
                  onClick={() => put(moved(choices, column.id, place - 1))}
                >
                  <ArrowUp />
                </IconButton>
                <IconButton
                  label={`Move ${shown(column.title)} down`}
                  disabled={place === chosen.length - 1}
                  onClick={() => put(moved(choices, column.id, place + 1))}
                >
                  <ArrowDown />
                </IconButton>
              </li>
            ))}
          </ul>
        </section>
        {groups.map(({ label, offers }) => {
          const left = offers.filter((offer) => fits(offer) && !hasColumn(choices, offer.id));
          return (
            left.length > 0 && (
              <section key={label} aria-label={label}>
                <h3 className={css.label}>{label}</h3>
                <ul>
                  {left.map((offer) => (
                    <li key={offer.id} className={css.choice}>
                      <Checkbox
                        checked={false}
                        onChange={() => put(toggled(choices, offer.id))}
                        label={<Title>{offer.title}</Title>}
                      />
                    </li>
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </div>
      <Button look="quiet" onClick={() => put(USUAL)}>
        The usual columns
      </Button>
    </div>
  );
}

function Title({ children }: { children: string }) {
  return <bdi className={css.title}>{shown(children)}</bdi>;
}

function useOffers(): { label: string; offers: Offer[] }[] {
  const definitions = useQuery(listDefinitionsOptions());
  const properties = usePropertyNames();
  const scores = definitions.data?.data ?? [];
  return [
    { label: "Facts", offers: COLUMNS.map(({ id, title }) => ({ id, title })) },
    { label: "Scores", offers: scores.map(({ name }) => ({ id: SCORE + name, title: nameOf(name) })) },
    { label: "Properties", offers: properties.map((name) => ({ id: PROPERTY + name, title: name })) },
  ];
}
