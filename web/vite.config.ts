import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page and hands the API on to a daemon; RFTD_URL names another one.
const daemon = process.env.RFTD_URL ?? "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    reportCompressedSize: false,
    // The dialogs are fetched together anyway once the canvas stands; in one file they compress a fifth better.
    rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: "dialogs", test: /src\/(modals|grading)\// }, { name: "traces", test: /src\/(traces|screens\/traces)/ }] } } },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": { target: daemon, changeOrigin: true, headers: { origin: daemon } } },
  },
});
