// The firm's section page.

import { SheetPage } from "./page.js";
import { start } from "./start.js";

start(SheetPage);
