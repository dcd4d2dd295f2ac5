import { ActionIcon, Anchor, Box, Group, Indicator, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { api, call, type Schema } from "@/api/client";
import { useLive } from "@/api/live";
import { useI18n } from "@/i18n";
import { useShowError } from "@/ui/ErrorState";
import { TimeAgo } from "@/ui/TimeAgo";

/** A page of this program, or the ticket; links to elsewhere are none of ours. */
function pageOf({ url, ticketId }: Schema<"NotificationRead">): string {
  if (url?.startsWith("/quality/")) return url;
  return ticketId ? `/ticket/${ticketId}` : "";
}

export function NotificationBell() {
  const { t } = useI18n();
  const client = useQueryClient();
  const showError = useShowError();
  const [opened, popover] = useDisclosure();
  const list = useQuery({
    queryKey: ["notifications"],
    queryFn: () => call(api.GET("/api/mind/notification", { params: { query: { limit: 30 } } })),
    refetchInterval: 120_000,
  });
  useLive("notifications", (event) => {
    if (event === "notification" || event === "resync") void client.invalidateQueries({ queryKey: ["notifications"] });
  });
  const read = useMutation({
    mutationFn: () => call(api.POST("/api/mind/notification/read", { body: { all: true } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["notifications"] }),
    onError: showError,
  });
  const rows = list.data?.notifications ?? [];
  const unread = list.data?.unread ?? 0;
  return (
    <Popover opened={opened} onChange={popover.toggle} width={360} position="top" withArrow shadow="md">
      <Indicator disabled={unread === 0} size={8} offset={5} color="red">
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" onClick={popover.toggle}
            aria-label={unread ? t("shell.unread", { count: unread }) : t("shell.notifications")}>
            <IconBell size={18} />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0}>
        <Group justify="space-between" px="md" py="sm">
          <Text fw={600} size="sm">{t("shell.notifications")}</Text>
          {unread > 0 && <Anchor component="button" size="xs" onClick={() => read.mutate()}>{t("shell.markRead")}</Anchor>}
        </Group>
        <ScrollArea.Autosize mah={380}>
          {rows.length === 0 && <Text c="dimmed" size="sm" px="md" pb="md">{t("shell.noNotifications")}</Text>}
          <Stack gap={0}>
            {rows.map((row) => (
              <Box key={row.id} px="md" py="xs">
                <Text size="sm" fw={row.readAt ? 400 : 600}>
                  {pageOf(row) ? <Anchor component={Link} to={pageOf(row)} inherit onClick={popover.close}>{row.text}</Anchor> : row.text}
                </Text>
                <Text size="xs" c="dimmed"><TimeAgo value={row.createdAt} /></Text>
              </Box>
            ))}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
