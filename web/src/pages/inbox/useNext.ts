import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";

/** Have the routing hand out a ticket, and open it. */
export function useNext() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const onError = useShowError();
  return useMutation({
    mutationFn: () => call(api.POST("/api/mind/ticket/getLatest", { body: {} as never })),
    onSuccess: (answer) => {
      if (answer.ticketId !== null) return void navigate(`/ticket/${answer.ticketId}`);
      const blocked = "reason" in answer && answer.reason === "notRoutable";
      notifications.show({ message: blocked ? t("inbox.nextNotRoutable") : t("inbox.nextNone") });
    },
    onError,
  });
}
