import { ChartNoAxesColumn, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { IconButton } from "@/design";

/** Whether a figure shows its numbers as a table, and the button that turns it, for the head of its panel. */
export function useFace(): { asTable: boolean; turn: ReactNode } {
  const [asTable, setAsTable] = useState(false);
  const turn = (
    <IconButton label={asTable ? "Show as a chart" : "Show as a table"} onClick={() => setAsTable(!asTable)}>
      {asTable ? <ChartNoAxesColumn /> : <Table2 />}
    </IconButton>
  );
  return { asTable, turn };
}
