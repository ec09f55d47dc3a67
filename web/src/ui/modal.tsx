// The frame of every modal. Opened by the address, so Back, Escape and the cross all mean the same: one step back.
import "@/styles/modals.css";
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { Button } from "./parts";

export interface ModalProps {
  title: string;
  size?: "small" | "medium" | "large" | "huge";
  tall?: boolean;
  flush?: boolean;
  dirty?: boolean;
  head?: ReactNode;
  tabs?: ReactNode;
  foot?: ReactNode;
  close: () => void;
  children: ReactNode;
}

export function Modal({ title, size = "medium", tall, flush, dirty, head, tabs, foot, close, children }: ModalProps) {
  const [asking, setAsking] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const leave = () => (dirty ? setAsking(true) : close());
  // What is useful first, never the cross.
  const firstControl = () =>
    body.current?.querySelector<HTMLElement>("[data-autofocus]") ??
    popup.current?.querySelector<HTMLElement>(".tabs [aria-selected=true]") ??
    body.current?.querySelector<HTMLElement>("input:not([type=hidden], [type=file], :disabled), textarea, select, button:not(:disabled), a[href], [tabindex='0']") ??
    popup.current?.querySelector<HTMLElement>(".modal-foot .button:not(:disabled)") ??
    popup.current;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && leave()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup ref={popup} className="modal" data-size={size} data-tall={tall || undefined} initialFocus={firstControl}>
          <header className="modal-head">
            <Dialog.Title render={<h2 className="clip" />}>{title}</Dialog.Title>
            {head}
            <span className="grow" />
            <Dialog.Close className="button quiet icon" aria-label="Close">
              <X size={17} aria-hidden />
            </Dialog.Close>
          </header>
          {tabs}
          <div className="modal-body" data-flush={flush || undefined} ref={body}>
            {children}
          </div>
          {foot && <footer className="modal-foot">{foot}</footer>}
        </Dialog.Popup>
      </Dialog.Portal>
      <AlertDialog.Root open={asking} onOpenChange={setAsking}>
        <AlertDialog.Portal>
          <AlertDialog.Backdrop className="backdrop" />
          <AlertDialog.Popup className="modal" data-size="small">
            <header className="modal-head">
              <AlertDialog.Title render={<h2 />}>Discard what you changed?</AlertDialog.Title>
            </header>
            <div className="modal-body">
              <AlertDialog.Description>Your changes here have not been saved.</AlertDialog.Description>
            </div>
            <footer className="modal-foot">
              <span className="grow" />
              <Button onClick={() => setAsking(false)}>Keep editing</Button>
              <Button className="danger" onClick={close}>
                Discard
              </Button>
            </footer>
          </AlertDialog.Popup>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </Dialog.Root>
  );
}

// What destroys says how much, and wants the number or the name typed.
export function TypeToConfirm({ wanted, value, change, what }: { wanted: string; value: string; change: (text: string) => void; what: string }) {
  return (
    <div className="field">
      <label htmlFor="typed">
        Type <code>{wanted}</code> to {what}
      </label>
      <input id="typed" className="input mono" value={value} autoComplete="off" spellCheck={false} onChange={(event) => change(event.target.value)} />
    </div>
  );
}
