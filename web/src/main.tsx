import "@/styles/index.css";
import "@/lib/theme";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app";
import { keepOnPage } from "@/lib/offered";

keepOnPage();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
