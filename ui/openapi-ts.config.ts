import { defineConfig } from "@hey-api/openapi-ts";

// The client, every path and every type come from the committed document; nothing of it is written by hand.
export default defineConfig({
  input: "../openapi.json",
  output: "src/api",
  parser: {
    hooks: {
      operations: {
        // A question that needs a body is a POST whose path ends in /query.
        isQuery: ({ method, path }) => method === "get" || /\/(query(-clickhouse|-ids)?|search)$/.test(path),
        isMutation: ({ method, path }) => method !== "get" && !/\/(query(-clickhouse|-ids)?|search)$/.test(path),
      },
    },
  },
  plugins: [
    "@hey-api/client-fetch",
    "@hey-api/typescript",
    { name: "@hey-api/sdk", operations: { strategy: "flat" } },
    { name: "@tanstack/react-query", queryKeys: true },
  ],
});
