// Short notes about what has just happened; kept out of the way, and never the only place where an error stands.
import { Toast } from "@base-ui/react/toast";
import { CircleCheck, CircleX, X } from "lucide-react";
import { Problem } from "@/api/client";

export const toasts = Toast.createToastManager();

export function tell(title: string, description?: string) {
  toasts.add({ title, description, type: "ok", timeout: 6000 });
}

export function tellProblem(error: unknown, title?: string) {
  const hint = error instanceof Problem ? error.body.errors.find((one) => one.hint)?.hint : undefined;
  const text = error instanceof Error ? error.message : String(error);
  toasts.add({
    title: title ?? (error instanceof Problem ? error.body.title : "That did not work"),
    description: hint ? `${text} – ${hint}` : text,
    type: "bad",
    timeout: 15_000,
    priority: "high",
  });
}

function List() {
  const { toasts: list } = Toast.useToastManager();
  return list.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast" swipeDirection={[]}>
      {toast.type === "bad" ? <CircleX size={17} aria-hidden /> : <CircleCheck size={17} aria-hidden />}
      <Toast.Content className="grow">
        <Toast.Title className="toast-title" render={<p />} />
        <Toast.Description className="toast-text" />
      </Toast.Content>
      <Toast.Close className="button quiet icon small" aria-label="Dismiss">
        <X size={14} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ));
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
