export default {
  title: "Ticket",
};
