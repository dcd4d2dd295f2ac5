import { Group, Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useI18n } from "@/i18n";

export function ListSkeleton({ rows = 8, height = 52 }: { rows?: number; height?: number }) {
  const { t } = useI18n();
  return (
    <Stack gap="xs" p="md" aria-busy="true">
      <VisuallyHidden role="status">{t("common.loading")}</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => <Skeleton key={index} height={height} radius="md" />)}
    </Stack>
  );
}

export function PageSkeleton() {
  const { t } = useI18n();
  return (
    <Stack p="lg" gap="lg" aria-busy="true">
      <VisuallyHidden role="status">{t("common.loading")}</VisuallyHidden>
      <Skeleton height={32} width={260} radius="md" />
      <Group><Skeleton height={36} width={160} /><Skeleton height={36} width={220} /></Group>
      {Array.from({ length: 6 }, (_, index) => <Skeleton key={index} height={56} radius="md" />)}
    </Stack>
  );
}
