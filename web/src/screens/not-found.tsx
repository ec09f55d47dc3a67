import { Compass } from "lucide-react";
import { Link } from "wouter";
import { Empty } from "@/ui/parts";
import { TopBar } from "./shell";

export function NotFound() {
  return (
    <>
      <TopBar />
      <main className="page">
        <Empty icon={<Compass size={34} aria-hidden />} title="There is no such page">
          <p>The address may be from another version, or cut short.</p>
          <Link href="/finetune" className="button primary">
            All datasets
          </Link>
        </Empty>
      </main>
    </>
  );
}
