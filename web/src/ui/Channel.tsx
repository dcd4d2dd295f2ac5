import { Tooltip } from "@mantine/core";
import {
  IconBrowser, IconBuildingStore, IconMail, IconMailOpened, IconMessageCircle, IconPhone, IconServer, type Icon,
} from "@tabler/icons-react";
import { useI18n } from "@/i18n";

export type ChannelName = "email" | "portal" | "phone" | "letter" | "system" | "chat" | "walkIn";
export const CHANNELS: readonly ChannelName[] = ["email", "portal", "phone", "letter", "chat", "walkIn", "system"];

const ICONS: Record<ChannelName, Icon> = {
  email: IconMail,
  portal: IconBrowser,
  phone: IconPhone,
  letter: IconMailOpened,
  system: IconServer,
  chat: IconMessageCircle,
  walkIn: IconBuildingStore,
};

export function ChannelIcon({ channel, size = 16 }: { channel: ChannelName; size?: number }) {
  const { t } = useI18n();
  const Shown = ICONS[channel];
  const name = t(`ticket.channel.${channel}`);
  return <Tooltip label={name}><Shown size={size} stroke={1.7} role="img" aria-label={name} /></Tooltip>;
}
