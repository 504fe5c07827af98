export {
  type Automation,
  type AutomationCounts,
  type AutomationOptions,
  automation,
} from "./automation.js";
export {
  type ClassRegistration,
  type RegisterOptions,
  registerAutomation,
  unregisterAutomation,
} from "./registration.js";
