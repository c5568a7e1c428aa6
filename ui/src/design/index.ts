/** The parts that pages are made of. */

export * from "./Button";
export * from "./Copy";
export * from "./Fields";
export * from "./Hint";
export * from "./Moment";
export * from "./Numbers";
export * from "./Overlays";
export * from "./Select";
export * from "./Surfaces";
export * from "./Table";
export * from "./Toasts";
