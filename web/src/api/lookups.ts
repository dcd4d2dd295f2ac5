import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, call, type Schema } from "./client";

const MINUTES = 60_000;

export function fullName(person: { firstName: string; lastName: string }): string {
  return `${person.firstName} ${person.lastName}`.trim();
}

/** Tags that tickets may carry, by name. */
export function useTicketTags() {
  return useQuery({
    queryKey: ["tags", "ticket"],
    queryFn: async () => {
      const { tags } = await call(api.GET("/api/mind/tag", { params: { query: { reference: "ticket" } } }));
      return (tags as Schema<"TagRead">[]).toSorted((one, other) => one.fullName.localeCompare(other.fullName));
    },
    staleTime: 10 * MINUTES,
  });
}

export interface PersonChoice {
  id: number;
  name: string;
}

/** People who can be asked to work, by name. */
export function usePeople() {
  return useQuery({
    queryKey: ["people", "short"],
    queryFn: async (): Promise<PersonChoice[]> => {
      const { profiles } = await call(api.GET("/api/mind/profiles", { params: { query: { format: "short", limit: 200 } } }));
      return profiles
        .map((person) => ({ id: person.id, name: fullName(person) }))
        .toSorted((one, other) => one.name.localeCompare(other.name));
    },
    staleTime: 10 * MINUTES,
  });
}

export function usePeopleById(): Map<number, string> {
  const { data } = usePeople();
  return useMemo(() => new Map((data ?? []).map((person) => [person.id, person.name])), [data]);
}
