/** What the table's model keeps track of: how wide columns are. Rows come from the pages, order and choice from the address. */

import {
  type ColumnDef,
  columnResizingFeature,
  columnSizingFeature,
  metaHelper,
  tableFeatures,
} from "@tanstack/react-table";
import type { CallRecord } from "@/api";
import type { CallColumn } from "../columns/catalogue";
import { NARROWEST, WIDEST } from "../columns/choice";

interface Meta {
  column: CallColumn;
}

export const features = tableFeatures({ columnSizingFeature, columnResizingFeature, columnMeta: metaHelper<Meta>() });
export type Features = typeof features;

export function definitionOf(column: CallColumn): ColumnDef<Features, CallRecord> {
  return {
    id: column.id,
    accessorFn: column.text,
    size: column.width,
    minSize: NARROWEST,
    maxSize: WIDEST,
    meta: { column },
  };
}
