import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";
import { ApiError } from "@/api/errors";
import { useLive } from "@/api/live";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";

export type Ticket = Schema<"TicketRead">;
export type Message = Schema<"ConversationRead">;
export type Attachment = Schema<"AttachmentRead">;

export interface Change {
  status?: "open" | "pending" | "closed";
  priority?: "low" | "medium" | "high" | "urgent";
  dueBy?: string | null;
  tagIds?: number[];
  assignedAgentIds?: number[];
  spamStatus?: "manual_spam" | "manual_clean";
}

const path = (ticketId: number) => ({ path: { ticketId } });

export function useTicket(ticketId: number) {
  return useQuery({
    queryKey: ["ticket", ticketId],
    queryFn: () => call(api.GET("/api/mind/ticket/{ticketId}", { params: path(ticketId) })) as Promise<Ticket>,
  });
}

export function useMessages(ticketId: number) {
  return useQuery({
    queryKey: ["ticket", ticketId, "messages"],
    queryFn: async () =>
      (await call(api.GET("/api/mind/ticket/{ticketId}/conversation", { params: path(ticketId) }))).conversations as Message[],
  });
}

/** All that is shown of a ticket looks again, and the lists too. */
export function useRefreshTicket(ticketId: number): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ["ticket", ticketId] }),
      client.invalidateQueries({ queryKey: ["tickets"] }),
    ]);
  };
}

export function useTicketLive(ticketId: number): void {
  const refresh = useRefreshTicket(ticketId);
  useLive(`ticket:${ticketId}`, (event, data) => {
    const ids = data.ticketIds;
    if (event === "resync" || (event === "ticket" && Array.isArray(ids) && ids.includes(ticketId))) void refresh();
  });
}

/** Change fields; somebody else's change in between is told, and the ticket is loaded again. */
export function useChangeTicket(ticket: Ticket) {
  const { t } = useI18n();
  const showError = useShowError();
  const client = useQueryClient();
  const refresh = useRefreshTicket(ticket.id);
  return useMutation({
    // One after another, each with the version that the one before made: quick changes are no conflict with oneself.
    scope: { id: `ticket-${ticket.id}` },
    mutationFn: async (change: Change) => {
      const version = client.getQueryData<Ticket>(["ticket", ticket.id])?.version ?? ticket.version;
      const changed = await call(
        api.PATCH("/api/mind/ticket/{ticketId}", {
          params: { ...path(ticket.id), query: {}, header: { "If-Unmodified-Since-Version": String(version) } },
          body: change as never,
        }),
      );
      await client.cancelQueries({ queryKey: ["ticket", ticket.id], exact: true });
      client.setQueryData<Ticket>(["ticket", ticket.id], (old) => old && { ...old, version: changed.ticket.version });
      return changed;
    },
    onMutate: (change) => {
      const before = client.getQueryData<Ticket>(["ticket", ticket.id]);
      client.setQueryData<Ticket>(["ticket", ticket.id], (old) => old && ({ ...old, ...change } as Ticket));
      return { before };
    },
    onError: (error, _change, context) => {
      client.setQueryData(["ticket", ticket.id], context?.before);
      if (error instanceof ApiError && error.status === 409) {
        notifications.show({ color: "orange", message: t("ticket.conflict") });
      } else showError(error);
    },
    onSettled: refresh,
  });
}
