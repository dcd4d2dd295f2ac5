import { api, call as ask } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { components } from "@/api/schema";

export { api, ApiError, ask };
export type Schemas = components["schemas"];

/** A fault of one field as the server names it: `settings.roleId`, `required`. */
export interface FieldFault {
  path: string;
  code: string;
  message: string;
}

/** The faults that an error names field by field; none for other errors. */
export function fieldFaults(error: unknown): FieldFault[] {
  if (!(error instanceof ApiError)) return [];
  const fields = (error.details as { fields?: FieldFault[] } | undefined)?.fields;
  return Array.isArray(fields) ? fields : [];
}

export function errorCode(error: unknown): string | null {
  return error instanceof ApiError ? error.code : null;
}

/** Values of `now` that differ from `before`, key by key, for a PATCH that names only what changed. */
export function changesOf<T extends object>(before: T, now: T): Partial<T> {
  const changed: Partial<T> = {};
  for (const key of Object.keys(now) as (keyof T)[]) {
    if (!same(before[key], now[key])) changed[key] = now[key];
  }
  return changed;
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
