import { Anchor, Badge, Button, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAlertTriangle, IconFile, IconFileTypePdf, IconPhoto } from "@tabler/icons-react";
import { useI18n } from "@/i18n";
import classes from "./Ticket.module.css";
import type { Attachment } from "./useTicket";

export function Attachments({ files }: { files: Attachment[] }) {
  const { t } = useI18n();
  const shown = files.filter((file) => !file.inline);
  if (shown.length === 0) return null;
  return (
    <Group gap="xs" mt="sm" component="ul" className={classes.files} aria-label={t("ticket.attachments")}>
      {shown.map((file) => <li key={file.id}><FileChip file={file} /></li>)}
    </Group>
  );
}

function FileChip({ file }: { file: Attachment }) {
  const { t, format } = useI18n();
  const [asking, dialog] = useDisclosure();
  const Icon = file.contentType?.startsWith("image/") ? IconPhoto : file.fileEnding === "pdf" ? IconFileTypePdf : IconFile;
  const safe = file.riskClass === "safe";
  const target = { href: file.url ?? undefined, target: "_blank", rel: "noopener noreferrer" };
  const content = (
    <>
      <Icon size={16} aria-hidden />
      <Text span size="sm" truncate maw={220}>{file.name}</Text>
      {file.size !== null && <Text span size="xs" c="dimmed">{format.bytes(file.size)}</Text>}
      {!safe && (
        <Badge size="xs" tt="none" variant="light" color={file.riskClass === "risky" ? "orange" : "red"} leftSection={<IconAlertTriangle size={10} />}>
          {t(file.riskClass === "risky" ? "ticket.risky" : "ticket.dangerous")}
        </Badge>
      )}
    </>
  );
  if (safe) return <Anchor {...target} className={classes.file} underline="never">{content}</Anchor>;
  return (
    <>
      <button type="button" className={classes.file} onClick={dialog.open}>{content}</button>
      <Modal opened={asking} onClose={dialog.close} title={t("ticket.riskyTitle")} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Text size="sm">{t("ticket.riskyText", { name: file.name })}</Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={dialog.close}>{t("common.cancel")}</Button>
          <Button component="a" {...target} color="orange" onClick={dialog.close}>{t("ticket.download")}</Button>
        </Group>
      </Modal>
    </>
  );
}
