import { useCallback, useEffect, useState } from "react";

const PREFIX = "assaydesk.kept.";

function read<T>(key: string, initial: T): T {
  try {
    const text = sessionStorage.getItem(PREFIX + key);
    return text === null ? initial : { ...initial, ...(JSON.parse(text) as Partial<T>) };
  } catch {
    return initial;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs what was kept, never the form.
  }
}

/** What somebody has typed and not sent: it outlives the dialog and the page, until `forget`. */
export function useKept<T extends object>(key: string, initial: T): [T, (change: Partial<T>) => void, () => void] {
  const [value, setValue] = useState(() => read(key, initial));
  const [touched, setTouched] = useState(false);
  useEffect(() => {
    if (touched) write(key, value);
  }, [key, touched, value]);
  const change = useCallback((part: Partial<T>) => {
    setTouched(true);
    setValue((before) => ({ ...before, ...part }));
  }, []);
  const forget = useCallback(() => {
    setTouched(false);
    write(key, null);
    setValue(initial);
  }, [key, initial]);
  return [value, change, forget];
}
