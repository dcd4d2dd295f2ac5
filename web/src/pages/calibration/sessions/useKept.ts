import { useEffect, useState } from "react";

/** A form that survives a reload of the page until it is sent. */
export function useKept<Form extends object>(key: string, empty: Form) {
  const place = `assaydesk.form.${key}`;
  const [form, setForm] = useState<Form>(() => {
    try {
      return { ...empty, ...(JSON.parse(sessionStorage.getItem(place) ?? "{}") as Partial<Form>) };
    } catch {
      return empty;
    }
  });
  const set = (change: Partial<Form>) => setForm((before) => ({ ...before, ...change }));
  useEffect(() => sessionStorage.setItem(place, JSON.stringify(form)), [place, form]);
  const forget = () => {
    setForm(empty);
    requestAnimationFrame(() => sessionStorage.removeItem(place));
  };
  return { form, set, forget };
}
