import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { useSession } from "@/app/auth";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { scorecardQuery } from "../data";
import { Editor } from "./Editor";

export default function EditorPage() {
  const given = useParams().scorecardId ?? "";
  const { can } = useSession();
  const id = Number(given);
  const valid = Number.isSafeInteger(id) && id > 0;
  const card = useQuery({ ...scorecardQuery(id), enabled: valid });
  if (given === "new") return can("qualityManageScorecards") ? <Editor key="new" card={null} /> : <ErrorState error={new ApiError(403, "forbidden", "")} />;
  if (!valid) return <ErrorState error={new ApiError(404, "scorecard_not_found", "")} />;
  if (card.isError && !card.data) return <ErrorState error={card.error} onRetry={() => void card.refetch()} />;
  if (!card.data) return <PageSkeleton />;
  return <Editor key={id} card={card.data} />;
}
