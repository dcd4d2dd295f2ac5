import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask, type Schemas } from "./backend";

export const CHANNELS = ["email", "portal", "phone", "letter", "system", "chat", "walkIn"] as const;
export type Channel = (typeof CHANNELS)[number];

export interface Choice {
  value: string;
  label: string;
}

const FRESH = 30_000;

export function useRoles(enabled = true) {
  return useQuery({
    queryKey: ["admin", "roles"],
    queryFn: () => ask(api.GET("/api/mind/roles", { params: { query: { limit: 500 } } })),
    staleTime: FRESH,
    enabled,
  });
}

export function useTeams(state?: "active" | "inactive") {
  return useQuery({
    queryKey: ["admin", "teams", state ?? "active"],
    queryFn: () =>
      ask(api.GET("/api/mind/teams", { params: { query: { format: "full", limit: 500, state: state ?? "active" } } })),
    staleTime: FRESH,
    select: (answer) => ({ ...answer, teams: answer.teams as Schemas["TeamRead"][] }),
  });
}

export function useTagTree(includeDisabled = false) {
  return useQuery({
    queryKey: ["admin", "tags", includeDisabled],
    queryFn: () => ask(api.GET("/api/mind/tag/tree", { params: { query: { includeDisabled } } })),
    staleTime: FRESH,
  });
}

export function usePeople() {
  return useQuery({
    queryKey: ["admin", "people", "short"],
    queryFn: () => ask(api.GET("/api/mind/profiles", { params: { query: { format: "short", limit: 500 } } })),
    staleTime: FRESH,
    select: (answer) => answer.profiles as Schemas["ProfileShort"][],
  });
}

export function nameOf(person: { firstName: string; lastName: string }): string {
  return `${person.firstName} ${person.lastName}`.trim();
}

export function flat(nodes: Schemas["TagNode"][]): Schemas["TagNode"][] {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

export function useRoleChoices(): Choice[] {
  const { data } = useRoles();
  return useMemo(() => (data?.roles ?? []).map((role) => ({ value: String(role.id), label: role.name })), [data]);
}

export function useTeamChoices(): Choice[] {
  const { data } = useTeams();
  return useMemo(() => (data?.teams ?? []).map((team) => ({ value: String(team.id), label: team.name })), [data]);
}

export function useTagChoices(): Choice[] {
  const { data } = useTagTree();
  return useMemo(() => flat(data ?? []).map((tag) => ({ value: String(tag.id), label: tag.fullName })), [data]);
}

export function usePeopleChoices(): Choice[] {
  const { data } = usePeople();
  return useMemo(() => (data ?? []).map((one) => ({ value: String(one.id), label: nameOf(one) })), [data]);
}

export const toIds = (values: string[]): number[] => values.map(Number);
export const fromIds = (ids: number[] | null | undefined): string[] => (ids ?? []).map(String);
