import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useI18n } from "@/i18n";

interface Entry {
  keys: string;
  label: string;
  general: boolean;
  inFields: boolean;
  run: (event: KeyboardEvent) => void;
}

const Context = createContext<{ entries: Set<Entry>; showHelp: () => void } | null>(null);
const PREFIX_MS = 1200;

/** "mod" is Ctrl, or Cmd on a Mac. */
function pressed(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const alt = event.altKey ? "alt+" : "";
  const named = event.key.length > 1;
  const shift = event.shiftKey && (named || mod) ? "shift+" : "";
  return mod + alt + shift + (named ? event.key : event.key.toLowerCase());
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

export function HotkeyProvider({ children }: { children: ReactNode }) {
  const entries = useRef(new Set<Entry>());
  const [help, setHelp] = useState(false);
  useEffect(() => {
    let prefix = "";
    let timer: number | undefined;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const inField = typing(event.target);
      const overlay = document.querySelector("[role=dialog][aria-modal=true]") !== null;
      const key = pressed(event);
      if (!inField && !overlay && key === "?") {
        event.preventDefault();
        setHelp(true);
        return;
      }
      const wanted = prefix ? `${prefix} ${key}` : key;
      prefix = "";
      window.clearTimeout(timer);
      const list = [...entries.current].reverse();
      const found = list.find((entry) => entry.keys === wanted && (!inField || entry.inFields) && (!overlay || entry.inFields));
      if (found) {
        event.preventDefault();
        found.run(event);
      } else if (!inField && list.some((entry) => entry.keys.startsWith(`${wanted} `))) {
        prefix = wanted;
        timer = window.setTimeout(() => (prefix = ""), PREFIX_MS);
      }
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  const value = useMemo(() => ({ entries: entries.current, showHelp: () => setHelp(true) }), []);
  return (
    <Context.Provider value={value}>
      {children}
      <Help opened={help} onClose={() => setHelp(false)} entries={entries.current} />
    </Context.Provider>
  );
}

/**
 * A key while the component is shown: `useHotkey("j", t("inbox.next"), next)`, `"g i"`, `"mod+Enter"`.
 * Keys do nothing while somebody types or a dialog is open, unless `inFields`. The newest of the same keys wins.
 */
export function useHotkey(
  keys: string,
  label: string,
  run: (event: KeyboardEvent) => void,
  options: { inFields?: boolean; general?: boolean; enabled?: boolean } = {},
): void {
  const context = useContext(Context);
  const latest = useRef(run);
  latest.current = run;
  const { inFields = false, general = false, enabled = true } = options;
  useEffect(() => {
    if (!context || !enabled) return;
    const entry: Entry = { keys, label, general, inFields, run: (event) => latest.current(event) };
    context.entries.add(entry);
    return () => void context.entries.delete(entry);
  }, [context, keys, label, general, inFields, enabled]);
}

export function useHelp(): () => void {
  return useContext(Context)?.showHelp ?? (() => undefined);
}

const SHOWN: Record<string, string> = { mod: "Ctrl", Enter: "↵", ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", shift: "⇧" };

export function Keys({ keys }: { keys: string }) {
  return (
    <Group gap={4} wrap="nowrap">
      {keys.split(" ").flatMap((chord) => chord.split("+")).map((key, index) => (
        <Kbd key={index} size="xs">{SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</Kbd>
      ))}
    </Group>
  );
}

function Help({ opened, onClose, entries }: { opened: boolean; onClose: () => void; entries: Set<Entry> }) {
  const { t } = useI18n();
  const list = opened ? [...entries] : [];
  const part = (general: boolean) => list.filter((entry) => entry.general === general);
  return (
    <Modal opened={opened} onClose={onClose} title={t("shell.help")} size="md" closeButtonProps={{ "aria-label": t("common.close") }}>
      <Stack gap="lg">
        {[{ title: t("shell.page"), rows: part(false) }, { title: t("shell.general"), rows: part(true) }].map(
          ({ title, rows }) =>
            rows.length > 0 && (
              <Stack key={title} gap={6}>
                <Text size="xs" fw={700} c="dimmed" tt="uppercase">{title}</Text>
                {rows.map((entry) => (
                  <Group key={entry.keys} justify="space-between" wrap="nowrap">
                    <Text size="sm">{entry.label}</Text>
                    <Keys keys={entry.keys} />
                  </Group>
                ))}
              </Stack>
            ),
        )}
      </Stack>
    </Modal>
  );
}
