import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { errorCode, fieldFaults, same } from "./backend";
import { useWords } from "./words";

interface Options<T extends object> {
  /** Names the draft in this browser tab; another key starts another form. */
  key: string;
  /** What the server holds, or the empty form. */
  initial: T;
  /** Sends the values; what it throws is shown. */
  save: (values: T) => Promise<unknown>;
  /** Fields that never leave the memory of the page, such as passwords. */
  secret?: (keyof T & string)[];
  /** Error codes that belong to one field: `email_taken` to `email`. */
  codes?: Record<string, string>;
}

export interface DraftForm<T extends object> {
  values: T;
  set: <K extends keyof T>(field: K, value: T[K]) => void;
  /** What is wrong with a field, in words; undefined when nothing is. */
  fault: (path: string) => string | undefined;
  /** What went wrong beyond single fields. */
  problem: string | null;
  error: unknown;
  dirty: boolean;
  /** The values come from an earlier visit of this form. */
  restored: boolean;
  saving: boolean;
  submit: () => Promise<boolean>;
  reset: () => void;
}

const PREFIX = "assaydesk.draft.";

function stored<T>(key: string): Partial<T> | null {
  try {
    const text = sessionStorage.getItem(PREFIX + key);
    return text ? (JSON.parse(text) as Partial<T>) : null;
  } catch {
    return null;
  }
}

function keep(key: string, values: unknown): void {
  try {
    if (values === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(values));
  } catch {
    // A full or forbidden storage only costs the draft, never the form.
  }
}

/** A form that survives leaving the page, and shows the server's faults where they belong. */
export function useDraftForm<T extends object>({ key, initial, save, secret, codes }: Options<T>): DraftForm<T> {
  const { errorText, faultText } = useWords();
  const [state, setState] = useState(() => begin<T>(key, initial));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [saving, setSaving] = useState(false);
  const base = useRef(initial);
  const shown = useRef(key);
  const accepted = useRef(false);

  useEffect(() => {
    const other = shown.current !== key;
    if (!other && same(base.current, initial)) return;
    const untouched = same(base.current, state.values);
    base.current = initial;
    shown.current = key;
    if (other || untouched || accepted.current) {
      accepted.current = false;
      setState(begin<T>(key, initial));
      if (other) {
        setFaults({});
        setProblem(null);
      }
    }
  }, [key, initial, state.values]);

  const dirty = useMemo(() => !same(initial, state.values), [initial, state.values]);

  useEffect(() => {
    if (shown.current !== key) return;
    if (!dirty) {
      keep(key, null);
      return;
    }
    const rest: Partial<T> = { ...state.values };
    for (const field of secret ?? []) delete rest[field];
    keep(key, rest);
  }, [key, dirty, state.values, secret]);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  const set = useCallback(<K extends keyof T>(field: K, value: T[K]) => {
    accepted.current = false;
    setState((before) => ({ ...before, values: { ...before.values, [field]: value } }));
    setFaults((before) => {
      const name = String(field);
      const rest = Object.entries(before).filter(([path]) => path !== name && !path.endsWith(`.${name}`));
      return rest.length === Object.keys(before).length ? before : Object.fromEntries(rest);
    });
  }, []);

  const reset = useCallback(() => {
    keep(key, null);
    setState({ values: initial, restored: false });
    setFaults({});
    setProblem(null);
    setError(null);
  }, [key, initial]);

  const submit = useCallback(async () => {
    setSaving(true);
    setProblem(null);
    setError(null);
    try {
      await save(state.values);
      keep(key, null);
      accepted.current = true;
      setFaults({});
      setState((before) => ({ ...before, restored: false }));
      return true;
    } catch (thrown) {
      const found = Object.fromEntries(fieldFaults(thrown).map((fault) => [fault.path, faultText(fault)]));
      const field = codes?.[errorCode(thrown) ?? ""];
      if (field) found[field] = errorText(thrown);
      setFaults(found);
      setError(thrown);
      const known = new Set(Object.keys(state.values));
      const elsewhere = Object.keys(found).filter((path) => !known.has(path) && !known.has(path.split(".").pop() ?? ""));
      if (Object.keys(found).length === 0) setProblem(errorText(thrown));
      else if (elsewhere.length > 0) setProblem(elsewhere.map((path) => `${path}: ${found[path]}`).join(" "));
      return false;
    } finally {
      setSaving(false);
    }
  }, [save, state.values, key, codes, errorText, faultText]);

  const fault = useCallback(
    (path: string) => faults[path] ?? Object.entries(faults).find(([name]) => name.endsWith(`.${path}`))?.[1],
    [faults],
  );

  return { values: state.values, set, fault, problem, error, dirty, restored: state.restored && dirty, saving, submit, reset };
}

function begin<T extends object>(key: string, initial: T): { values: T; restored: boolean } {
  const draft = stored<T>(key);
  if (!draft) return { values: initial, restored: false };
  const values = { ...initial, ...draft };
  return { values, restored: !same(values, initial) };
}
