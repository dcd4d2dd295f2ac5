import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { ApiError } from "@/api/errors";
import { ErrorState } from "@/ui/ErrorState";
import { PageSkeleton } from "@/ui/Skeletons";
import { itemQuery, sessionQuery } from "../data";
import { Sheet } from "./Sheet";

const isId = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

export default function SheetPage() {
  const params = useParams();
  const [id, worklogId] = [Number(params.sessionId), Number(params.worklogId)];
  const valid = isId(id) && isId(worklogId);
  const session = useQuery({ ...sessionQuery(id), enabled: valid });
  const item = useQuery({ ...itemQuery(id, worklogId), enabled: valid });
  if (!valid) return <ErrorState error={new ApiError(404, "item_not_found", "")} />;
  for (const found of [session, item]) {
    if (found.isError && !found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  }
  if (!session.data || !item.data) return <PageSkeleton />;
  return <Sheet key={`${id}/${worklogId}`} session={session.data} item={item.data} />;
}
