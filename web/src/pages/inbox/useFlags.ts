import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, call } from "@/api/client";
import { useMay } from "@/app/auth";
import type { Flag } from "./QualityFlag";
import type { Listed } from "./useTickets";

const VIEW = ["qualityViewAssessmentOwn", "qualityViewAssessmentTeamMate", "qualityViewAssessmentAll", "qualityDoAssessmentsTeam", "qualityDoAssessmentsAll"];

/** Quality of the listed tickets; empty for those who may not see assessments. */
export function useFlags(tickets: Listed[]): Map<number, Flag> {
  const may = useMay();
  const ids = useMemo(() => tickets.slice(-200).map((ticket) => ticket.id), [tickets]);
  const { data } = useQuery({
    queryKey: ["quality-flags", ids],
    queryFn: () => call(api.GET("/api/mind/quality/flag" as never, { params: { query: { "ticketIds[]": ids } } } as never)) as Promise<{ flags: Flag[] }>,
    enabled: ids.length > 0 && may(...VIEW),
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return useMemo(() => new Map((data?.flags ?? []).map((flag) => [flag.ticketId, flag])), [data]);
}
