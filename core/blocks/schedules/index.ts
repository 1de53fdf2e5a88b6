import type { Schedule } from '#core/train';
import { catalogue } from '../slot';
import { constantSchedule } from './constant';
import { cosine } from './cosine';
import { oneCycle } from './one-cycle';
import { stepSchedule } from './step';

export const schedules = catalogue<Schedule>('schedules', [cosine, constantSchedule, stepSchedule, oneCycle]);
