import {
  IconBraces, IconClockPlay, IconDownload, IconHistory, IconKey, IconMailbox, IconSettings, IconShieldLock, IconTags, IconTemplate, IconUsers, IconUsersGroup,
} from "@tabler/icons-react";
import type { Page } from "@/app/pages";

export const pages: readonly Page[] = [
  {
    path: "/admin/people", title: "nav.adminPeople", permissions: ["readAnyUserProfile", "createProfile", "updateSpecificProfile"],
    load: () => import("./PeoplePage"), nav: { group: "admin", icon: IconUsers, order: 10, key: "p" },
  },
  { path: "/admin/people/:id", title: "admin.person", permissions: ["readAnyUserProfile", "updateSpecificProfile"], load: () => import("./PersonPage") },
  { path: "/admin/teams", title: "nav.adminTeams", permissions: ["manageTeams", "manageTeamMembers"], load: () => import("./TeamsPage"), nav: { group: "admin", icon: IconUsersGroup, order: 20 } },
  { path: "/admin/roles", title: "nav.adminRoles", permissions: ["manageRoles"], load: () => import("./RolesPage"), nav: { group: "admin", icon: IconShieldLock, order: 30 } },
  { path: "/admin/roles/:id", title: "admin.role", permissions: ["manageRoles", "readRoles"], load: () => import("./RolePage") },
  {
    path: "/admin/settings", title: "nav.adminSettings", permissions: ["readClientSettings", "updateClientSettings"],
    load: () => import("./SettingsPage"), nav: { group: "admin", icon: IconSettings, order: 40, key: "s" },
  },
  { path: "/admin/settings/:category", title: "admin.settings", permissions: ["readClientSettings", "updateClientSettings"], load: () => import("./SettingsPage") },
  { path: "/admin/tags", title: "nav.adminTags", permissions: ["manageTags", "deleteTag"], load: () => import("./TagsPage"), nav: { group: "admin", icon: IconTags, order: 50 } },
  {
    path: "/admin/templates", title: "nav.adminTemplates", permissions: ["manageTemplates", "manageEmailTemplates"],
    load: () => import("./TemplatesPage"), nav: { group: "admin", icon: IconTemplate, order: 60 },
  },
  { path: "/admin/mailboxes", title: "nav.adminMailboxes", permissions: ["manageSubchannels"], load: () => import("./MailboxesPage"), nav: { group: "admin", icon: IconMailbox, order: 70 } },
  { path: "/admin/jobs", title: "nav.adminJobs", permissions: ["readCron"], load: () => import("./JobsPage"), nav: { group: "admin", icon: IconClockPlay, order: 80 } },
  {
    path: "/admin/access", title: "nav.adminAccess", permissions: ["manageServiceWorkers", "manageApiKeys"],
    load: () => import("./AccessPage"), nav: { group: "admin", icon: IconKey, order: 90 },
  },
  { path: "/admin/hooks", title: "nav.adminHooks", permissions: ["manageEventHooks"], load: () => import("./HooksPage"), nav: { group: "admin", icon: IconBraces, order: 100 } },
  { path: "/admin/exports", title: "nav.adminExports", permissions: ["exportData"], load: () => import("./ExportsPage"), nav: { group: "admin", icon: IconDownload, order: 110 } },
  { path: "/admin/audit", title: "nav.adminAudit", permissions: ["readAuditLog"], load: () => import("./AuditPage"), nav: { group: "admin", icon: IconHistory, order: 120 } },
  { path: "/profile", title: "admin.ownProfile", load: () => import("./ProfilePage") },
];
