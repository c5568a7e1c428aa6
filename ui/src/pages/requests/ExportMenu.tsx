import { Download } from "lucide-react";
import { useState } from "react";
import type { ExportCallsArrowData, ExportCallsCsvData, ExportCallsJsonlData, ExportCallsParquetData } from "@/api";
import { client } from "@/api/client.gen";
import { Button, Checkbox, Popover } from "@/design";
import css from "./page.module.css";
import { type Asked, useAsked } from "./question";

/** Files of the requests that are shown: plain links, which the browser downloads while the server still reads. */
export function ExportMenu() {
  const asked = useAsked();
  const [bodies, setBodies] = useState(false);
  return (
    <Popover
      label="Export"
      trigger={
        <Button>
          <Download aria-hidden />
          Export
        </Button>
      }
    >
      <div className={css.export}>
        <p className={css.exportText}>Every request of this time, filter and search, with its properties and scores.</p>
        <Checkbox checked={bodies} onChange={setBodies} label="Bodies, too" />
        <ul className={css.files}>
          {filesOf(asked, bodies).map((file) => (
            <li key={file.name}>
              <a className={css.file} href={file.href} download>
                <strong>{file.name}</strong>
                <span>{file.about}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </Popover>
  );
}

/** The addresses of the files, made by the generated client. */
export function filesOf({ filter, search, start, end }: Asked, bodies: boolean) {
  const query = {
    start,
    end,
    ...(filter === "all" ? {} : { filter: JSON.stringify(filter) }),
    ...(search === "" ? {} : { search }),
    ...(bodies ? { bodies } : {}),
  };
  return [
    {
      name: "JSON lines",
      about: "one object a line, nested",
      href: client.buildUrl<ExportCallsJsonlData>({ url: "/v1/export/calls.jsonl", query }),
    },
    {
      name: "CSV",
      about: "for spreadsheets",
      href: client.buildUrl<ExportCallsCsvData>({ url: "/v1/export/calls.csv", query }),
    },
    {
      name: "Parquet",
      about: "for data frames, compressed",
      href: client.buildUrl<ExportCallsParquetData>({ url: "/v1/export/calls.parquet", query }),
    },
    {
      name: "Arrow",
      about: "for data frames, streamed",
      href: client.buildUrl<ExportCallsArrowData>({ url: "/v1/export/calls.arrow", query }),
    },
  ];
}
