// What every screen outside a dataset has on top: the name, where one is, help and theme.
import { Activity, HelpCircle, Monitor, Moon, Server, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { setTheme, type Theme, useTheme } from "@/lib/theme";
import { DropMenu } from "@/ui/menu";

export function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden className="mark">
      <rect width="32" height="32" rx="8" />
      <path d="M7 21c4 0 4-10 9-10s5 10 9 10" />
      <circle cx="7" cy="21" r="2.6" />
      <circle cx="16" cy="11" r="2.6" />
      <circle cx="25" cy="21" r="2.6" />
    </svg>
  );
}

const themes: { theme: Theme; label: string; icon: ReactNode }[] = [
  { theme: "system", label: "Like the system", icon: <Monitor size={16} aria-hidden /> },
  { theme: "light", label: "Light", icon: <Sun size={16} aria-hidden /> },
  { theme: "dark", label: "Dark", icon: <Moon size={16} aria-hidden /> },
];

export function ThemeMenu() {
  const theme = useTheme();
  const now = themes.find((one) => one.theme === theme) ?? themes[0];
  return (
    <DropMenu
      trigger={
        <button type="button" className="button quiet icon" aria-label={`Theme: ${now.label}`}>
          {now.icon}
        </button>
      }
      entries={themes.map((one) => ({ label: one.label, icon: one.icon, hint: one.theme === theme ? "now" : undefined, act: () => setTheme(one.theme) }))}
    />
  );
}

export function TopBar({ children }: { children?: ReactNode }) {
  return (
    <header className="topbar">
      <Link href="/finetune" className="brand" aria-label="rftd: all datasets">
        <Mark />
        <span>rftd</span>
      </Link>
      <span className="grow" />
      {children}
      <Link href="/finetune/traces" className="button quiet">
        <Activity size={16} aria-hidden />
        Traces
      </Link>
      <Link href="/system" className="button quiet">
        <Server size={16} aria-hidden />
        System
      </Link>
      <a href="/api/v1" className="button quiet icon" aria-label="The API, browsable">
        <HelpCircle size={17} aria-hidden />
      </a>
      <ThemeMenu />
    </header>
  );
}
