import type { Architecture } from '#core/nn';
import { catalogue } from '../slot';
import { autoencoder } from './autoencoder';
import { cnn } from './cnn';
import { deepLinear } from './deep-linear';
import { gpt } from './gpt';
import { gru } from './gru';
import { lcn } from './lcn';
import { linearRegression, logisticRegression } from './linear-models';
import { lstm } from './lstm';
import { mlp } from './mlp';
import { onnx } from './onnx';
import { resnet } from './resnet';
import { rnn } from './rnn';
import { transformer } from './transformer';
import { vae } from './vae';
import { vgg } from './vgg';
import { vit } from './vit';
import { wideResnet } from './wide-resnet';

export const architectures = catalogue<Architecture>('architectures', [
  mlp, cnn, resnet, wideResnet, vgg, vit, lcn, lstm, gru, rnn, transformer, gpt, autoencoder, vae, logisticRegression, linearRegression, deepLinear, onnx,
]);
