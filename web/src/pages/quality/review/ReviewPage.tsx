import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { assessmentQuery } from "../data";
import { Review } from "./Review";

export default function ReviewPage() {
  const id = Number(useParams().assessmentId);
  const valid = Number.isSafeInteger(id) && id > 0;
  const assessment = useQuery({
    ...assessmentQuery(id),
    enabled: valid,
    refetchInterval: ({ state }) =>
      state.data?.state === "aiInProgress" || state.data?.state === "unprocessed" ? 3_000 : false,
  });
  if (!valid) return <ErrorState error={new ApiError(404, "assessment_not_found", "")} />;
  if (assessment.isError && !assessment.data) {
    return <ErrorState error={assessment.error} onRetry={() => void assessment.refetch()} />;
  }
  if (!assessment.data) return <PageSkeleton />;
  return <Review key={id} assessment={assessment.data} />;
}
