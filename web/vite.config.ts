import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page and hands the API on to a daemon; RFTD_URL names another one.
const daemon = process.env.RFTD_URL ?? "http://127.0.0.1:8420";

// What is fetched together compresses a tenth better in one file: what every screen needs, the screens that are no
// canvas, and the dialogs, which come with the first of them or once the page has nothing else to do. Nothing that the
// canvas needs at once may be named but in `shared`. No file may import another that imports it, since what one of
// them holds would not be there yet when the other begins; scripts/budget.mjs looks for that.
// Of the top bar, badges and notes; by the names of their files.
const earlyIcons = "activity|check|circle-(check|dashed|exclamation-point|question-mark|x)|compass|copy|info|link-2|loader-circle|lock|monitor|moon|rotate-cw|server|sun|triangle-exclamation-point|x";
const groups = [
  { name: "icons", test: new RegExp(`lucide-react/dist/esm/icons/(?!(${earlyIcons})\\.)`) },
  { name: "shared", test: /src\/(lib\/(url|keys)|api\/(queries|live|feed\.ts)|screens\/(steps|actions|here))/ },
  { name: "screens", test: /src\/screens\/(datasets|dataset-dialogs|create|events|sample|settings|system)|src\/(lib\/virtual|ui\/(tabs|virtual-list))|sample\/chess_tutor\.jsonl/ },
  { name: "dialogs", test: /src\/(modals|grading(?!\/sample)|traces|screens\/(traces|record-screen)|styles\/(grading|traces)|lib\/(trace-filter|record-filter|topics|dry-run|grader)|ui\/messages|api\/(traces|grading))/ },
];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { includeDependenciesRecursively: false, groups } } },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/api": { target: daemon, changeOrigin: true, headers: { origin: daemon } } },
  },
});
