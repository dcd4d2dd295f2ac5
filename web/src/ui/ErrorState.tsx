import { Button, Code, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle } from "@tabler/icons-react";
import { asApiError } from "@/api/errors";
import { useI18n, type Translate } from "@/i18n";

/** What happened, in a sentence for people. The API's own messages are sentences too. */
export function errorText(error: unknown, t: Translate): string {
  const { status, code, message, fields } = asApiError(error);
  if (code === "network") return t("common.networkError");
  if (status === 403) return t("common.forbidden");
  if (status === 404) return t("common.notFound");
  if (fields.length > 0) return fields.map((fault) => `${fault.path}: ${fault.message}`).join(" ");
  return message;
}

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useI18n();
  const found = asApiError(error);
  const id = typeof found.details.txId === "string" ? found.details.txId : null;
  return (
    <Stack align="center" gap="sm" py={64} px="md" role="alert">
      <ThemeIcon size={48} radius="xl" variant="light" color="red"><IconAlertTriangle /></ThemeIcon>
      <Title order={2} size="h4">{found.status === 404 ? t("common.notFoundTitle") : t("common.errorTitle")}</Title>
      <Text c="dimmed" ta="center" maw={460}>{errorText(error, t)}</Text>
      {id && found.status >= 500 && <Code>{t("common.transaction", { id })}</Code>}
      {onRetry && <Button variant="light" onClick={onRetry}>{t("common.retry")}</Button>}
    </Stack>
  );
}

/** A mutation's `onError`: tells what happened without leaving the page. */
export function useShowError(): (error: unknown) => void {
  const { t } = useI18n();
  return (error) => {
    notifications.show({ color: "red", title: t("common.errorTitle"), message: errorText(error, t) });
  };
}
