/** What the addresses of the score pages may say. All that a page shows follows from its address. */

import type { Clock, Clustering, Covariate, Order, Scale, ScoreKind, Source } from "@/api";
import { type FilterSearch, type FilterState, readFilterSearch } from "@/data/filter";
import type { Bucket } from "@/data/window";

/** Which scores are meant, beside the time and the filter. What is not said is as the API has it by default. */
export interface SelectionSearch extends FilterSearch {
  clock?: Clock;
  cluster?: Clustering;
  sources?: Source[];
  authors?: string[];
}

export interface NamedSearch extends SelectionSearch {
  name?: string;
}

export interface ScoreSearch extends SelectionSearch {
  bucket?: Bucket;
  /** A dimension whose largest values have lines of their own over time. */
  lines?: string;
  /** One or two dimensions to cut the score by. */
  by?: string[];
  top?: number;
  sort?: Order;
  /** The score whose versions stand open. */
  open?: string;
}

/** Some calls: a filter, and a stretch of time where it is not that of the page. */
export interface SegmentState {
  filter?: FilterState;
  from?: string;
  to?: string;
}

export interface CompareSearch extends NamedSearch {
  a?: SegmentState;
  b?: SegmentState;
  match?: string;
  covariate?: Covariate;
  margin?: number;
  by?: string;
}

export interface BisectSearch extends NamedSearch {
  at?: string;
  dimensions?: string[];
  /** The part whose requests stand open, by its label. */
  part?: string;
}

/** Whose scores: of some sources, of some authors; `name` where it is not that of the page. */
export interface RaterState {
  name?: string;
  sources?: Source[];
  authors?: string[];
}

export const JUDGE_TABS = ["mean", "labels", "drift"] as const;
export type JudgeTab = (typeof JUDGE_TABS)[number];

export interface JudgesSearch extends NamedSearch {
  tab?: JudgeTab;
  judge?: RaterState;
  human?: RaterState;
  method?: "ppi++" | "rogan-gladen";
  budget?: number;
  by?: string;
  seed?: number;
  at?: string;
  anchors?: FilterState;
  match?: string;
  once?: boolean;
}

export const MEASURES = ["kappa", "weighted_kappa", "observed", "pearson", "spearman"] as const;
export type MeasureName = (typeof MEASURES)[number];

export interface AgreementSearch extends NamedSearch {
  raters?: RaterState[];
  measure?: MeasureName;
  scale?: Scale;
  /** The two raters whose table stands open, by their places. */
  pair?: [number, number];
}

export interface DefinitionsSearch {
  /** The definition that is edited; empty text for a new one. */
  edit?: string;
}

type Raw = Record<string, unknown>;

const CLOCKS = ["requested", "judged"] as const;
const CLUSTERINGS = ["auto", "session", "user", "none"] as const;
export const SOURCES = ["human", "model", "code", "end_user", "api"] as const;
const COVARIATES = ["prompt_tokens", "hour"] as const;
const BUCKETS = ["min", "hour", "day", "week", "month", "year"] as const;
const SCALES = ["nominal", "ordinal", "interval", "ratio"] as const;
const METHODS = ["ppi++", "rogan-gladen"] as const;
export const COUNTED: readonly ScoreKind[] = ["numeric", "boolean"];

export function readSelection(raw: Raw): SelectionSearch {
  return kept({
    ...readFilterSearch(raw),
    clock: oneOf(CLOCKS, raw.clock),
    cluster: oneOf(CLUSTERINGS, raw.cluster),
    sources: someOf(SOURCES, raw.sources),
    authors: texts(raw.authors),
  });
}

export function readNamed(raw: Raw): NamedSearch {
  return kept({ ...readSelection(raw), name: text(raw.name) });
}

export function readScore(raw: Raw): ScoreSearch {
  return kept({
    ...readSelection(raw),
    bucket: oneOf(BUCKETS, raw.bucket),
    lines: text(raw.lines),
    by: texts(raw.by)?.slice(0, 2),
    top: whole(raw.top, 1, 200),
    sort: oneOf(["n", "mean"] as const, raw.sort),
    open: text(raw.open),
  });
}

export function readCompare(raw: Raw): CompareSearch {
  return kept({
    ...readNamed(raw),
    a: segment(raw.a),
    b: segment(raw.b),
    match: text(raw.match),
    covariate: oneOf(COVARIATES, raw.covariate),
    margin: number(raw.margin, 0),
    by: text(raw.by),
  });
}

export function readBisect(raw: Raw): BisectSearch {
  return kept({
    ...readNamed(raw),
    at: moment(raw.at),
    dimensions: texts(raw.dimensions)?.slice(0, 6),
    part: text(raw.part),
  });
}

export function readJudges(raw: Raw): JudgesSearch {
  return kept({
    ...readNamed(raw),
    tab: oneOf(JUDGE_TABS, raw.tab),
    judge: readRater(raw.judge),
    human: readRater(raw.human),
    method: oneOf(METHODS, raw.method),
    budget: whole(raw.budget, 1, 2000),
    by: text(raw.by),
    seed: whole(raw.seed, 0, Number.MAX_SAFE_INTEGER),
    at: moment(raw.at),
    anchors: readFilterSearch({ filter: raw.anchors }).filter,
    match: text(raw.match),
    once: raw.once === true ? true : undefined,
  });
}

export function readAgreement(raw: Raw): AgreementSearch {
  const raters = Array.isArray(raw.raters) ? raw.raters.flatMap((one) => readRater(one) ?? []) : [];
  return kept({
    ...readNamed(raw),
    raters: raters.length > 0 ? raters.slice(0, 10) : undefined,
    measure: oneOf(MEASURES, raw.measure),
    scale: oneOf(SCALES, raw.scale),
    pair: pair(raw.pair),
  });
}

export function readDefinitions(raw: Raw): DefinitionsSearch {
  return kept({ edit: typeof raw.edit === "string" ? raw.edit : undefined });
}

/** Without what is not said, so that an address holds no empty words. */
function kept<Search extends object>(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}

function text(value: unknown): string | undefined {
  // What looks like a number in an address is read as one: a score may be called 5.
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const found = value.filter((one): one is string => typeof one === "string");
  return found.length > 0 ? [...new Set(found)] : undefined;
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word | undefined {
  return words.find((word) => word === value);
}

function someOf<Word extends string>(words: readonly Word[], value: unknown): Word[] | undefined {
  const found = words.filter((word) => Array.isArray(value) && value.includes(word));
  return found.length > 0 ? found : undefined;
}

function number(value: unknown, least: number): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= least ? value : undefined;
}

function whole(value: unknown, least: number, most: number): number | undefined {
  const found = number(value, least);
  return found !== undefined && Number.isInteger(found) && found <= most ? found : undefined;
}

function moment(value: unknown): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

function segment(value: unknown): SegmentState | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const { from, to, ...rest } = value as Raw;
  const found = kept({ filter: readFilterSearch(rest).filter, from: moment(from), to: moment(to) });
  return Object.keys(found).length > 0 ? found : undefined;
}

export function readRater(value: unknown): RaterState | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const { name, sources, authors } = value as Raw;
  return kept({ name: text(name), sources: someOf(SOURCES, sources), authors: texts(authors) });
}

function pair(value: unknown): [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [first, second] = value.map((one) => whole(one, 0, 9));
  return first !== undefined && second !== undefined && first < second ? [first, second] : undefined;
}
