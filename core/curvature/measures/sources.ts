import type { MeasureSource } from './measure';

const source = (paper: string, id: string) => (where: string): MeasureSource => ({ paper, id, where });

/** Where the measures come from; each is completed with an equation or a section. */
export const jiang = source('Jiang, Neyshabur, Mobahi, Krishnan, Bengio 2019, Fantastic generalization measures and where to find them', 'arXiv:1912.02178');
export const dziugaite = source('Dziugaite, Drouin, Neal, Rajkumar, Caballero, Wang, Mitliagkas, Roy 2020, In search of robust measures of generalization', 'arXiv:2010.11924');
export const keskar = source('Keskar, Mudigere, Nocedal, Smelyanskiy, Tang 2017, On large-batch training for deep learning', 'arXiv:1609.04836');
export const foret = source('Foret, Kleiner, Mobahi, Neyshabur 2021, Sharpness-aware minimization', 'arXiv:2010.01412');
export const kwon = source('Kwon, Kim, Park, Choi 2021, ASAM: adaptive sharpness-aware minimization', 'arXiv:2102.11600');
export const andriushchenko = source('Andriushchenko, Croce, Mueller, Hein, Flammarion 2023, A modern look at the relationship between sharpness and generalization', 'arXiv:2302.07011');
export const liang = source('Liang, Poggio, Rakhlin, Stokes 2019, Fisher-Rao metric, geometry, and complexity of neural networks', 'arXiv:1711.01530');
export const petzka = source('Petzka, Kamp, Adilova, Sminchisescu, Boley 2021, Relative flatness and generalization', 'arXiv:2001.00939');
export const maddox = source('Maddox, Benton, Wilson 2020, Rethinking parameter counting in deep models: effective dimensionality revisited', 'arXiv:2003.02139');
export const mcCandlish = source('McCandlish, Kaplan, Amodei, OpenAI Dota team 2018, An empirical model of large-batch training', 'arXiv:1812.06162');
export const novak = source('Novak, Bahri, Abolafia, Pennington, Sohl-Dickstein 2018, Sensitivity and generalization in neural networks', 'arXiv:1802.08760');
export const bartlettVc = source('Bartlett, Harvey, Liaw, Mehrabian 2019, Nearly-tight VC-dimension and pseudodimension bounds for piecewise linear neural networks', 'arXiv:1703.02930');
export const cohen = source('Cohen, Kaur, Li, Kolter, Talwalkar 2021, Gradient descent on neural networks typically occurs at the edge of stability', 'arXiv:2103.00065');
export const hochreiter = source('Hochreiter, Schmidhuber 1997, Flat minima', '10.1162/neco.1997.9.1.1');
export const neyshabur = source('Neyshabur, Tomioka, Srebro 2015, Norm-based capacity control in neural networks', 'arXiv:1503.00036');
export const sedghi = source('Sedghi, Gupta, Long 2019, The singular values of convolutional layers', 'arXiv:1805.10408');
