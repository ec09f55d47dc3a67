// Uploads that go on although their dialog is closed.
import { useLocation, useSearch } from "wouter";
import { busy, forgetUpload, useUploads } from "@/api/uploads";
import { IconButton } from "@/ui/parts";
import { X } from "lucide-react";
import { UploadProgress } from "./upload";

export default function UploadDock() {
  const uploads = useUploads();
  const [path] = useLocation();
  const search = useSearch();
  const shownElsewhere = path === "/finetune/new" || new URLSearchParams(search).get("modal") === "import";
  const shown = uploads.filter((one) => busy(one) || ["failed", "cancelled"].includes(one.phase));
  if (shownElsewhere || shown.length === 0) return null;
  return (
    <aside className="dock panel" aria-label="Uploads">
      {shown.map((one) => (
        <div key={one.id} className="row top">
          <div className="grow">
            <p className="small muted">To “{one.name}”</p>
            <UploadProgress upload={one} />
          </div>
          {!busy(one) && (
            <IconButton label="Dismiss" onClick={() => forgetUpload(one.id)}>
              <X size={15} aria-hidden />
            </IconButton>
          )}
        </div>
      ))}
    </aside>
  );
}
