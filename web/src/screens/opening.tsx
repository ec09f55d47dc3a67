// The frame of a dialog that is still being fetched, and of one that there is not.
import { Modal } from "@/ui/modal";
import { Loading } from "@/ui/parts";
import { useHere } from "./here";

export default function Opening() {
  const here = useHere();
  return (
    <Modal title="Opening" close={here.close}>
      <Loading lines={4} />
    </Modal>
  );
}

export function Unknown({ name }: { name: string }) {
  const here = useHere();
  return (
    <Modal title="There is no such dialog" size="small" close={here.close}>
      <p>The link asks for “{name}”, which this version does not have.</p>
    </Modal>
  );
}
