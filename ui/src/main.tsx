import "@fontsource-variable/inter/wght.css";
import "@/design/tokens.css";
import "@/design/base.css";
import { createRoot } from "react-dom/client";
import { applyTheme } from "@/data/theme";
import { App } from "./app";

applyTheme();
createRoot(document.getElementById("root") as HTMLElement).render(<App />);
